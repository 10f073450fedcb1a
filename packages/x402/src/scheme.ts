/** The scheme's name in x402, and x402's version. */
export const SCHEME = 'sluice'
export const X402_VERSION = 2
