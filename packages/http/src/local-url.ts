/** Names that lead to this machine or to its network, wherever they are looked up. */
const LOCAL_NAME = /^[^.:]+$|(^|\.)(localhost|local|internal|lan|home\.arpa)$/
const LOCAL_IPV4 = /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./
/** Outside of what is global. */
const LOCAL_IPV6 = /^\[(?![23][0-9a-f]{3}:)/

/** Whether a url names this machine or its network by itself: whoever asks there trusts it with addresses in that network. */
export function isLocalUrl(url: string): boolean {
  const { hostname } = new URL(url)
  return LOCAL_NAME.test(hostname) || LOCAL_IPV4.test(hostname) || LOCAL_IPV6.test(hostname)
}
