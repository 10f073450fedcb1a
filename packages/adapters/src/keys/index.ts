export { KeyError, keyErrors } from './errors.ts'
export { readKeyFile, readKeyFileAddress, type WriteKeyFileOptions, writeKeyFile } from './key-file.ts'
export type { KeystoreWork } from './keystore.ts'
export { generatePrivateKey, parsePrivateKey, readKeyVariable } from './private-key.ts'
