export { sluiceAbi } from '../abi/sluice-abi.ts'
export { sluiceBytecode } from '../abi/sluice-bytecode.ts'
export { addresses, type Deployment } from './addresses.ts'
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
