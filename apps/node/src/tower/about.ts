import { address, type Infer, integer, object, optional, text } from '../rpc/schema.ts'

/** What a tower says of itself at its address. */
export const towerAbout = object({
  /** Whom requests are signed for and payments go to. */
  signer: address,
  chainId: integer,
  contract: address,
  /** Where its node is reached for payments. */
  peerUrl: optional(text),
})

/** What a tower says of itself. */
export type TowerAbout = Infer<typeof towerAbout>
