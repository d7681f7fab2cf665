// SPDX-License-Identifier: MIT
// Applies a folder as a program does that uses postgres-migrations, and says which files were
// applied: node migrate.js PACKAGE FOLDER, with the database in PG* variables.
const [, , name, folder] = process.argv
const { PGHOST: host, PGPORT: port, PGUSER: user, PGDATABASE: database } = process.env

require(name)
  .migrate({ host, port: Number(port), user, database, password: 'nobody asks for one' }, folder)
  .then(
    (applied) => console.log(`[${applied.map(({ fileName }) => fileName).join(' ')}]`),
    (error) => {
      console.error(error.message)
      process.exitCode = 1
    },
  )
