import { TransportError } from '../errors.ts'

/** @throws TransportError `TRANSPORT_URL_INVALID` for anything but a WebSocket's address. */
export function checkUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'ws:' && protocol !== 'wss:') throw new TransportError('TRANSPORT_URL_INVALID', { url })
}
