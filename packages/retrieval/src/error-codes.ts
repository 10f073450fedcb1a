import type { ErrorDefinition } from '@sluice/protocol'

/** Every error of retrieval: a stable code, what it means with its values in braces, and what to do next. */
export const retrievalErrors = {
  // What is asked for
  CID_INVALID: {
    message: '{cid} is not a CID',
    action: 'Give a CID as text, such as bafy….',
  },
  CID_UNSUPPORTED: {
    message: '{cid} has the {part} {code}, which is not supported',
    action: 'Use raw, dag-pb, dag-cbor, dag-json, cbor or json with sha2-256, sha2-512, blake2b-256 or blake3.',
  },
  PATH_INVALID: {
    message: 'the path {path} cannot be read, or is longer than is taken',
    action: 'Percent-encode each name of the path as UTF-8, and use fewer of them.',
  },
  PATH_UNSUPPORTED: {
    message: 'a path is followed for CARs alone, and {what} was asked for',
    action: 'Ask for /ipfs/<cid> without a path, or for a CAR.',
  },
  PATH_UNKNOWN: {
    message: 'nothing is served at {path}',
    action: 'Ask for /ipfs/<cid>.',
  },
  PATH_NOT_FOUND: {
    message: 'there is no {name} on the path under {root}',
    action: 'Check the path.',
  },
  FORMAT_MISSING: {
    message: 'the request names no format',
    action: 'Add ?format=raw or ?format=car, or the header Accept.',
  },
  FORMAT_UNSUPPORTED: {
    message:
      'blocks (application/vnd.ipld.raw) and CARs (application/vnd.ipld.car; version=1; order=dfs) are served, and {asked} was asked for',
    action: 'Ask for one of these formats.',
  },
  PARAMETER_INVALID: {
    message: 'the parameter {name}={value} cannot be read',
    action: 'Write dag-scope=block, entity or all, and entity-bytes=from:to.',
  },
  RANGE_OUTSIDE: {
    message: 'the bytes {from}:{to} are outside of the file, which has {size}',
    action: 'Ask for bytes that the file has.',
  },
  ROOT_UNKNOWN: {
    message: '{root} is not here',
    action: 'Ask another provider.',
  },
  BLOCK_MISSING: {
    message: 'the block {cid} of the DAG under {root} is not here',
    action: 'Ask a provider that has the whole DAG.',
  },
  // A CAR on the disk
  FOLDER_UNREADABLE: {
    message: 'the folder {path} cannot be read',
    action: 'Give a folder that exists and may be read.',
  },
  CAR_BROKEN: {
    message: '{path} is not a whole CAR: {reason} at byte {offset}',
    action: 'Pack the file again, or move it out of the folder.',
  },
  CAR_CHANGED: {
    message: '{path} changed while it was served',
    action: 'Ask again in a while: files that changed are read again.',
  },
  // What a provider sends
  HEADER_UNEXPECTED: {
    message: 'the CAR does not begin with the header of version 1 with the root {root} alone',
    action: 'Ask another provider.',
  },
  BLOCK_OVERSIZE: {
    message: 'a block of {size} bytes comes where at most {max} are taken',
    action: 'Ask another provider, or raise the limit if the content is known to have such blocks.',
  },
  BLOCK_LENGTH: {
    message: 'the length of a block at byte {offset} is not written as it must be',
    action: 'Ask another provider.',
  },
  BLOCK_UNEXPECTED: {
    message: 'the block {got} comes at byte {offset} where {expected} is the next one',
    action: 'Ask another provider. Nothing was paid for this block.',
  },
  BLOCK_CORRUPT: {
    message: 'the block {cid} at byte {offset} does not have the content that its CID says',
    action: 'Ask another provider. Nothing was paid for this block.',
  },
  BLOCK_UNREADABLE: {
    message: 'the block {cid} cannot be read as {codec}',
    action: 'Check how the content was packed.',
  },
  BLOCK_BEYOND_WINDOW: {
    message: 'the next block needs {needed} bytes and the provider serves only {window} ahead of payment',
    action: 'Ask another provider.',
  },
  DAG_LIMIT: {
    message: 'the DAG has more than {max} {what}',
    action: 'Raise the limit if the content is known to be so large.',
  },
  CAR_TRAILING: {
    message: 'bytes come, or are announced, after the last block, at byte {offset}',
    action: 'The content is whole; the provider sends more than it should.',
  },
  CAR_TRUNCATED: {
    message: 'the CAR ends at byte {offset}, before the block {expected}',
    action: 'Resume, or ask another provider.',
  },
  // Files
  FILE_NOT_FOUND: {
    message: 'there is no file {path}',
    action: 'Give the path of a file.',
  },
  FILE_CHANGED: {
    message: '{path} changed while it was packed',
    action: 'Pack it again when nothing writes to it.',
  },
  NOT_A_FILE: {
    message: '{cid} is {found}, not a file',
    action: 'Unpack it with a tool that knows it; the CAR itself is whole.',
  },
  FILE_TOO_LARGE: {
    message: 'the file would have {size} bytes, more than the limit of {max}',
    action: 'Raise the limit if the content is known to be so large.',
  },
  ENTRY_INVALID: {
    message: 'the directory {cid} has an entry {name} that can not be unpacked: {reason}',
    action: 'Keep the CAR, or unpack a file of it by its path.',
  },
  FILE_SIZE: {
    message: 'the file {cid} says that it has {expected} bytes and has {got}',
    action: 'Check how the content was packed.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type RetrievalErrorCode = keyof typeof retrievalErrors
