// SPDX-License-Identifier: MIT
// check_objects.mjs PACKAGES FOLDER: what is rendered keeps what deploy/README.md promises.
import assert from 'node:assert/strict';
import {objectsOf, packagesOf} from './yaml_files.mjs';

const [packages, folder] = process.argv.slice(2);
const byFile = new Map();
for (const {file, object} of objectsOf(folder, packagesOf(packages)))
    byFile.set(file, [...byFile.get(file) ?? [], object]);

const hardened = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: {drop: ['ALL']},
};

function checkContainer(container, pod) {
    assert.deepEqual(container.securityContext, hardened);
    assert.ok(container.resources.requests.cpu && container.resources.requests.memory, 'requests');
    assert.ok(container.resources.limits.memory, 'a limit of memory');
    assert.match(container.image, /^[^:]+(:[^:@]+|@sha256:[0-9a-f]{64})$|^rowbot$/);
    const environment = Object.fromEntries(container.env.map(({name, value}) => [name, value]));
    for (const variable of container.env) {
        assert.equal(variable.valueFrom, undefined, `${variable.name}: a Secret is a file, not a variable`);
        assert.doesNotMatch(variable.value, /password=|:\/\/[^@/]*:[^@/]*@/, variable.name);
    }
    const mounts = Object.fromEntries(container.volumeMounts.map(mount => [mount.name, mount]));
    for (const mount of container.volumeMounts) assert.equal(mount.readOnly, true, mount.name);
    assert.deepEqual(Object.keys(mounts).sort(), pod.volumes.map(({name}) => name).sort());
    assert.equal(environment.ROWBOT_CONFIG, `${mounts.config.mountPath}/rowbot.ini`);
    assert.equal(environment.ROWBOT_PASSWORD_FILE,
        mounts.password ? `${mounts.password.mountPath}/password` : undefined);
    if (mounts.migrations) assert.equal(environment.ROWBOT_MIGRATIONS, mounts.migrations.mountPath);
}

function checkPod(template) {
    const pod = template.spec;
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.enableServiceLinks, false);
    const {runAsNonRoot, runAsUser, runAsGroup, fsGroup, seccompProfile} = pod.securityContext;
    assert.deepEqual([runAsNonRoot, seccompProfile], [true, {type: 'RuntimeDefault'}]);
    assert.ok(runAsUser > 0 && runAsGroup === runAsUser && fsGroup === runAsUser);
    for (const volume of pod.volumes) {
        assert.ok(volume.configMap ?? volume.secret, `${volume.name}: nothing that could be written`);
        if (volume.secret) assert.equal(volume.secret.defaultMode, 0o440);
        if (volume.name === 'password') assert.deepEqual(volume.secret.items.map(({path}) => path), ['password']);
    }
    for (const container of [...pod.initContainers ?? [], ...pod.containers]) checkContainer(container, pod);
}

function checkDaemon({spec}, migrates, {prometheus}) {
    const {metadata, spec: pod} = spec.template;
    assert.deepEqual(spec.strategy, {type: 'RollingUpdate', rollingUpdate: {maxSurge: 1, maxUnavailable: 0}});
    assert.ok(pod.terminationGracePeriodSeconds >= 10);
    const [daemon, ...others] = pod.containers;
    assert.deepEqual(others, []);
    assert.deepEqual(daemon.args, ['run']);
    const [{name, containerPort}] = daemon.ports;
    for (const [probe, path] of [['startupProbe', '/livez'], ['livenessProbe', '/livez'], ['readinessProbe', '/readyz']])
        assert.deepEqual(daemon[probe].httpGet, {path, port: name});
    assert.match(daemon.env.find(one => one.name === 'ROWBOT_HTTP').value, new RegExp(`:${containerPort}$`));
    const waits = (pod.initContainers ?? []).map(({args, image}) => [args.slice(0, 2).join(' '), image]);
    assert.deepEqual(waits, migrates ? [['migrate wait', daemon.image]] : []);
    const annotations = metadata.annotations;
    assert.equal(annotations['prometheus.io/port'], prometheus ? String(containerPort) : undefined);
    for (const [label, value] of Object.entries(spec.selector.matchLabels)) assert.equal(metadata.labels[label], value);
    const [spread] = pod.topologySpreadConstraints;
    assert.deepEqual(spread.labelSelector.matchLabels, spec.selector.matchLabels);
    return daemon.image;
}

function checkFile(objects, file) {
    const of = kind => objects.filter(object => object.kind === kind);
    const [daemon] = of('Deployment');
    const [job] = of('Job');
    const podMonitor = of('PodMonitor').length > 0;
    checkPod(daemon.spec.template);
    const image = checkDaemon(daemon, job !== undefined, {prometheus: !podMonitor});

    assert.deepEqual(objects.map(({metadata}) => metadata.name.length <= 63), objects.map(() => true));
    assert.equal(new Set(objects.map(({metadata}) => metadata.namespace)).size, 1, 'one namespace');
    for (const secret of of('Secret')) assert.fail(`${secret.metadata.name}: Secrets are not ours to make`);
    const selectors = [...of('PodDisruptionBudget'), ...of('PodMonitor')].map(({spec}) => spec.selector);
    for (const selector of selectors) assert.deepEqual(selector, daemon.spec.selector);
    for (const {spec} of of('PodDisruptionBudget')) {
        assert.equal(spec.maxUnavailable, 1);
        assert.equal(spec.minAvailable, undefined);
    }
    assert.equal(of('PodDisruptionBudget').length, file === 'helm_without_migrations.yaml' ? 0 : 1);

    const configs = Object.fromEntries(of('ConfigMap').map(({metadata, data}) => [metadata.name, data]));
    for (const {configMap} of daemon.spec.template.spec.volumes.filter(volume => volume.configMap))
        assert.ok(configs[configMap.name], `${configMap.name} is rendered`);
    assert.equal(Object.values(configs).filter(data => /^database = postgresql:\/\//m.test(data['rowbot.ini'])).length, 1);
    if (job === undefined) return;
    checkPod(job.spec.template);
    const [migrate] = job.spec.template.spec.containers;
    assert.deepEqual([migrate.args.slice(0, 2).join(' '), migrate.image], ['migrate up', image]);
    // Or the budget would count the Job's pod, and the Deployment adopt it.
    assert.notEqual(job.spec.template.metadata.labels['app.kubernetes.io/component'],
        daemon.spec.selector.matchLabels['app.kubernetes.io/component']);
    assert.equal(job.metadata.annotations?.['helm.sh/hook'], undefined);
}

/** What one set of values is there to show. */
function checkTwoRoles(objects) {
    const [daemon, job] = ['Deployment', 'Job'].map(kind => objects.find(object => object.kind === kind));
    const password = ({spec}) => spec.template.spec.volumes.find(({name}) => name === 'password').secret;
    assert.equal(password(daemon).secretName, 'shop-walker');
    assert.deepEqual([password(job).secretName, password(job).items[0].key], ['shop-owner', 'secret']);
    const url = ({spec}) => spec.template.spec.containers[0].env.find(({name}) => name === 'ROWBOT_DATABASE')?.value;
    assert.deepEqual([url(daemon), url(job)], [undefined, 'postgresql://owner@db.example/shop']);
    const config = objects.find(({data}) => data?.['rowbot.ini']).data['rowbot.ini'];
    assert.match(config, /^batch-rows = 1000000$/m);
    assert.match(daemon.spec.template.spec.containers[0].image, /@sha256:/);
}

const withoutMigrations = [...byFile].filter(([, objects]) => !objects.some(({kind}) => kind === 'Job'));
assert.deepEqual(withoutMigrations.map(([file]) => file),
    ['helm_without_migrations.yaml', 'kustomize_without_migrations.yaml']);
for (const [file, objects] of byFile) {
    try {
        checkFile(objects, file);
        if (file === 'helm_two_roles.yaml') checkTwoRoles(objects);
        console.log(`${file}: ${objects.map(({kind}) => kind).sort().join(', ')}`);
    } catch (error) {
        console.error(`FAILED: ${file}: ${error.stack}`);
        process.exitCode = 1;
    }
}
