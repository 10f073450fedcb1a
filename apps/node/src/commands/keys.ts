import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { type Context, defineCommand, type Environment } from '../cli/command.ts'
import { flagOnly, required } from '../cli/options.ts'
import { path } from '../cli/parse.ts'
import { KEY_VARIABLE, type KeyValues, keyFileOf, loadKey, readPassword } from '../config/key.ts'
import { commonOptions, dataOptions } from '../config/options.ts'
import { NodeError, problemOf } from '../errors.ts'

/** Loaded where they are needed: help does without. */
const loadCrypto = () => import('@sluice/adapters/crypto-node')
const loadKeys = () => import('@sluice/adapters/keys')

const options = { ...commonOptions, ...dataOptions }

const make = defineCommand({
  name: 'keys new',
  summary: 'make a key',
  description:
    'Makes a key and keeps it in key.json of the data folder, an Ethereum keystore encrypted with the password. It signs for the channels and pays for gas.',
  arguments: [],
  options,
  examples: [
    'sluice keys new --password-file ./password',
    'SLUICE_PASSWORD=... sluice keys new --data /var/lib/sluice',
  ],
  run: async (context, values) => keep(context, values, (await loadKeys()).generatePrivateKey()),
})

const importKey = defineCommand({
  name: 'keys import',
  summary: 'import a key from a file',
  description:
    'Reads a private key, 64 hexadecimal digits, from a file (- for standard input) and keeps it encrypted in the data folder.',
  arguments: [],
  options: {
    ...options,
    keyFile: flagOnly(required('file', 'file that holds the private key; - for standard input', (file) => file)),
  },
  examples: ['sluice keys import --key-file ./key.hex --password-file ./password'],
  run: async (context, values) => {
    const file = values.keyFile === '-' ? 0 : path(values.keyFile, '--key-file')
    return keep(context, values, await readPrivateKey(file))
  },
})

const show = defineCommand({
  name: 'keys show',
  summary: 'show the address of the key',
  description:
    'Shows the address of the key of a data folder, which is the signer of its channels. The key itself is never shown.',
  arguments: [],
  options,
  examples: ['sluice keys show', 'sluice keys show --data /var/lib/sluice --json'],
  run: async ({ output, environment }, values) => {
    const address = (await toldAddress(values, environment)) ?? (await addressOf(await loadKey(values, environment)))
    output.result({ address, path: keyFileOf(values) }, address)
  },
})

/** The file holds the address in clear. */
async function toldAddress(values: KeyValues, environment: Environment): Promise<string | undefined> {
  const file = keyFileOf(values)
  const isInEnvironment = (environment[KEY_VARIABLE] ?? '') !== ''
  return isInEnvironment || !existsSync(file) ? undefined : (await loadKeys()).readKeyFileAddress(file)
}

async function addressOf(privateKey: Uint8Array): Promise<string> {
  const { createNodeCrypto } = await loadCrypto()
  return (await createNodeCrypto()).signer(privateKey).address
}

async function keep({ output, environment }: Context, values: KeyValues, privateKey: Uint8Array): Promise<void> {
  const file = keyFileOf(values)
  if (existsSync(file)) throw new NodeError('KEY_EXISTS', { path: file })
  const password = readPassword(values, environment)
  const address = await addressOf(privateKey)
  mkdirSync(values.data, { recursive: true, mode: 0o700 })
  const { writeKeyFile } = await loadKeys()
  await writeKeyFile({ path: file, privateKey, address, password })
  output.result({ address, path: file }, `${address}\nkept in ${file}`)
}

async function readPrivateKey(file: string | 0): Promise<Uint8Array> {
  const name = file === 0 ? 'standard input' : file
  const text = readText(file, name)
  const { parsePrivateKey } = await loadKeys()
  const key = parsePrivateKey(text)
  // The text is a secret, or nearly one: it is not shown.
  if (key === undefined)
    throw new NodeError('FILE_UNREADABLE', { path: name, problem: 'it holds no private key of 64 hexadecimal digits' })
  return key
}

function readText(file: string | 0, name: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path: name, problem: problemOf(thrown) }, thrown)
  }
}

/** The commands about keys. */
export const keyCommands = [make, importKey, show]
