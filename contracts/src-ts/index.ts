export { nodeAbi } from '../abi/node-abi.ts'
export { plannedSluice as sluiceAddress } from '../abi/planned-sluice.ts'
export { sluiceAbi } from '../abi/sluice-abi.ts'
export { sluiceBytecode } from '../abi/sluice-bytecode.ts'
export { addresses, type Deployment } from './addresses.ts'
export {
  type AuthorizationTerms,
  authorizationToSign,
  type DepositTarget,
  type Permit2Terms,
  type PermitTerms,
  permit2,
  permit2ToSign,
  permitOf,
  permitToSign,
  type TokenDomain,
} from './deposits.ts'
export {
  type CompactSignature,
  type GroupCall,
  type GroupRedemption,
  groupRedemptions,
  type Redemption,
  type VirtualGroup,
  type VirtualTerms,
} from './redemptions.ts'
export { type ChannelTerms, channelIdOf, type Domain, findChannelTerms } from './terms.ts'
