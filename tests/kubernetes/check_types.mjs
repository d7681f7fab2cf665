// SPDX-License-Identifier: MIT
// check_types.mjs PACKAGES FOLDER: every object has the fields and values that Kubernetes knows, and no
// others. The TypeScript compiler finds a misspelt or missing field, the validator a wrong quantity.
import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {execFileSync} from 'node:child_process';
import {objectsOf, packagesOf} from './yaml_files.mjs';

const [packages, folder] = process.argv.slice(2);
const require = packagesOf(packages);
const unknown = ['monitoring.coreos.com/v1/PodMonitor']; // of an operator, which the types do not have

const types = new Map();
const values = [];
const objects = objectsOf(folder, require);
for (const {file, object} of objects) {
    const type = `${object.apiVersion}/${object.kind}`;
    if (unknown.includes(type)) continue;
    const {[object.kind]: Model} = require(`kubernetes-models/${type}`);
    try {
        new Model(object).validate();
    } catch (error) {
        console.error(`FAILED: ${file}: ${type}: ${error.message}`);
        process.exitCode = 1;
    }
    if (!types.has(type)) types.set(type, `Type${types.size}`);
    values.push(`// ${file}\nexport const v${values.length}: ${types.get(type)} = ${JSON.stringify(object, null, 1)};\n`);
}
const imports = [...types].map(
    ([type, name]) => `import type {I${type.split('/').pop()} as ${name}} from 'kubernetes-models/${type}';\n`);

const work = mkdtempSync(join(tmpdir(), 'rowbot-types-'));
try {
    symlinkSync(join(resolve(packages), 'node_modules'), join(work, 'node_modules'));
    writeFileSync(join(work, 'rendered.ts'), imports.join('') + values.join(''));
    execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck',
        '--module', 'node16', 'rendered.ts'], {cwd: work, stdio: 'inherit'});
} catch (error) {
    console.error(`FAILED: the types do not fit: ${error.message}`);
    process.exitCode = 1;
} finally {
    rmSync(work, {recursive: true});
}
console.log(`${values.length} of ${objects.length} objects checked`);
