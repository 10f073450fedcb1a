/** A fresh id of a request. */
export function newId(): string {
  const words = crypto.getRandomValues(new Uint32Array(4))
  return [...words].map((word) => word.toString(36).padStart(7, '0')).join('')
}
