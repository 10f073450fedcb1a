/** The addresses of one deployment. */
export interface Deployment {
  /** The Sluice contract. */
  sluice: `0x${string}`
}

/** Where the contracts stand, by chain id. A chain that is not listed has no deployment that this version knows of. */
export const addresses: Readonly<Record<number, Deployment>> = {}
