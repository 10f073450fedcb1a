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
    action: 'Use blocks of dag-pb, dag-cbor or raw with sha2-256.',
  },
  PATH_UNSUPPORTED: {
    message: 'only /ipfs/<cid> is served, without a path behind the CID',
    action: 'Ask for the CID of the wanted part.',
  },
  PATH_UNKNOWN: {
    message: 'nothing is served at {path}',
    action: 'Ask for /ipfs/<cid>.',
  },
  FORMAT_UNSUPPORTED: {
    message: 'only application/vnd.ipld.car; version=1; order=dfs; dups=n is served, and {asked} was asked for',
    action: 'Ask for that format, or leave the choice to the server.',
  },
  SCOPE_UNSUPPORTED: {
    message: 'the parameter {name}={value} is not supported: the whole DAG is served',
    action: 'Leave the parameter out.',
  },
  ROOT_UNKNOWN: {
    message: 'no CAR here has the root {root}',
    action: 'Ask for the root of a CAR, or ask another provider.',
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
    message: '{path} is not a whole CAR of version 1: {reason} at byte {offset}',
    action: 'Pack the file again, or move it out of the folder.',
  },
  CAR_INCOMPLETE: {
    message: '{path} names the root {root}, and the block {missing} of its DAG is in no CAR of the folder',
    action: 'Add the CAR that has the block, or move this one out of the folder.',
  },
  CAR_CHANGED: {
    message: '{path} changed while it was served',
    action: 'Start the provider again; do not change CARs in its folder.',
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
  FILE_SIZE: {
    message: 'the file {cid} says that it has {expected} bytes and has {got}',
    action: 'Check how the content was packed.',
  },
} as const satisfies Record<string, ErrorDefinition>

export type RetrievalErrorCode = keyof typeof retrievalErrors
