// `./run lock`: adds to package-lock.json the optional packages that a registry does not carry, so that `npm ci` takes it.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeLock } from './prepare/optional-packages.ts'

const path = join(import.meta.dirname, '../package-lock.json')
const { text, added } = completeLock(readFileSync(path, 'utf8'))
if (added.length > 0) writeFileSync(path, text)
console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`)
