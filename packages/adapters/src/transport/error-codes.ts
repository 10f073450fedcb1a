import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of the transports. */
export const transportErrors = {
  TRANSPORT_URL_INVALID: {
    message: '{url} is no address of a peer',
    action: 'Give a url that begins with ws:// or wss://.',
  },
  TRANSPORT_NOT_PUBLIC: {
    message: '{url} was named by somebody else and leads into a private network: {reason}',
    action: 'Nothing, unless you know the peer to be there: then connect to it yourself, or allow private addresses.',
  },
  TRANSPORT_UNREACHABLE: {
    message: 'nobody answers at {url}: {reason}',
    action: 'Check the address, and that the peer runs.',
  },
  TRANSPORT_TIMEOUT: {
    message: 'the other end did not finish the handshake within {milliseconds} ms',
    action: 'Check that a Sluice peer listens there, then try again.',
  },
  TRANSPORT_ENDED: {
    message: 'the other end broke the handshake off',
    action: 'Check that both ends use the same chain and contract, then try again.',
  },
  TRANSPORT_MALFORMED: {
    message: 'the other end sent {what} instead of a handshake',
    action: 'Check that a Sluice peer listens there.',
  },
  TRANSPORT_NO_COMMON_VERSION: {
    message: 'the other end speaks version {theirs} of the protocol, this end {ours}',
    action: 'Upgrade whichever side speaks the lower versions.',
  },
  TRANSPORT_PEER_WRONG: {
    message: 'the signer {got} answers, not {expected}',
    action: "Check the peer's address and its url.",
  },
  TRANSPORT_PROOF_WRONG: {
    message: 'the other end does not hold the key of {peer}, or uses another chain or contract',
    action: 'Check that both ends use the same chain and contract; do not trust that address.',
  },
  TRANSPORT_SELF: {
    message: '{peer} is the own signer',
    action: 'Give the address of another node.',
  },
  TRANSPORT_DUPLICATE: {
    message: 'a session with {peer} stands already',
    action: 'Use that one.',
  },
  TRANSPORT_PORT_TAKEN: {
    message: 'the port {port} of {host} is taken',
    action: 'Stop what listens there, or choose another port; 0 takes any free one.',
  },
  TRANSPORT_LISTEN_FAILED: {
    message: 'listening on {host}:{port} is not possible: {reason}',
    action: 'Choose an address of this machine and a port that this user may take.',
  },
  TRANSPORT_CRYPTO_MISSING: {
    message: 'the cryptography of sessions could not be loaded: {reason}',
    action: 'Check the network, and that the server gives every part of the page.',
  },
  TRANSPORT_STOPPED: {
    message: 'the transport is stopped',
    action: 'Start the node again.',
  },
} as const satisfies Record<string, ErrorDefinition>
