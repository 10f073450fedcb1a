export { sluiceAbi } from '../abi/sluice-abi.ts'
export { sluiceBytecode } from '../abi/sluice-bytecode.ts'
export { addresses, type Deployment } from './addresses.ts'
