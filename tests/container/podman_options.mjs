// SPDX-License-Identifier: MIT
// podman_options.mjs PACKAGES RENDERED KIND CONTAINER WORK: how podman runs a container of a rendered object
// as Kubernetes would, one argument a line. What its volumes hold is below WORK, by the volume's name;
// ConfigMaps are written there.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {objectsOf, packagesOf} from '../kubernetes/yaml_files.mjs';

const [packages, rendered, kind, name, work] = process.argv.slice(2);
const objects = objectsOf(rendered, packagesOf(packages))
    .filter(({file}) => file === 'kustomize_dictionary.yaml').map(({object}) => object);
const pod = objects.find(object => object.kind === kind).spec.template.spec;
const container = [...pod.initContainers ?? [], ...pod.containers].find(one => one.name === name);

for (const {name: volume, configMap} of pod.volumes) {
    if (!configMap) continue;
    const {data} = objects.find(object => object.kind === 'ConfigMap' && object.metadata.name === configMap.name);
    mkdirSync(join(work, volume), {recursive: true});
    for (const [file, text] of Object.entries(data)) writeFileSync(join(work, volume, file), text);
}

const rights = container.securityContext;
const {runAsUser, fsGroup} = pod.securityContext;
console.log([
    `--user=${runAsUser}:${runAsUser}`,
    `--group-add=${fsGroup}`,
    `--read-only=${rights.readOnlyRootFilesystem}`,
    '--read-only-tmpfs=false',
    ...rights.capabilities.drop.map(capability => `--cap-drop=${capability}`),
    ...rights.allowPrivilegeEscalation ? [] : ['--security-opt=no-new-privileges'],
    `--stop-timeout=${pod.terminationGracePeriodSeconds ?? 30}`,
    ...container.env.map(({name, value}) => `--env=${name}=${value}`),
    ...container.volumeMounts.map(({name, mountPath}) => `--volume=${join(work, name)}:${mountPath}:ro`),
    container.image.replace(/:[^/]*$/, ''), // the image that was built, whatever its tag
    ...container.args,
].join('\n'));
