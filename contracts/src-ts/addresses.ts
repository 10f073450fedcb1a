// Generated from deployments/*.json by `npm run deploy -w contracts`: not to be edited.

/** The addresses of one deployment. */
export interface Deployment {
  /** The Sluice contract. */
  sluice: `0x${string}`
  /** Decides locks by Nitro's app channels. */
  appResolver: `0x${string}`
  /** Decides locks by preimages. */
  hashLockResolver: `0x${string}`
  /** Hands out receipts for ERC-721 and ERC-1155 tokens. */
  assetVault: `0x${string}`
}

/** Where the contracts stand, by chain id. A chain that is not listed has no deployment that this version knows of. */
export const addresses: Readonly<Record<number, Deployment>> = {}
