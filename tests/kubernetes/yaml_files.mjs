// SPDX-License-Identifier: MIT
// What a folder's YAML files hold: [{file, object}]. An object that does not parse is an error.
import {readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';

/** Finds packages below the folder `packages`, where tests/kubernetes/install has put them. */
export const packagesOf = packages => createRequire(join(resolve(packages), 'package.json'));

export function objectsOf(folder, require) {
    const {parseAllDocuments} = require('yaml');
    const found = [];
    for (const file of readdirSync(folder).filter(name => name.endsWith('.yaml')).sort())
        for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'), {version: '1.1'})) {
            if (document.errors.length > 0) throw document.errors[0];
            const object = document.toJS();
            if (object !== null) found.push({file, object});
        }
    if (found.length === 0) throw new Error(`nothing was rendered in ${folder}`);
    return found;
}
