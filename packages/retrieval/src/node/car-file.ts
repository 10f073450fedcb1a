import { type FileHandle, open } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import { CarVerifier, type VerifierOptions } from '../car/verifier.ts'
import { type DagQuery, dagPart } from '../dag/path-walk.ts'
import { RetrievalError } from '../errors.ts'
import type { CarSink } from '../retrieve.ts'
import { hashes, sha256 } from './hashes.ts'
import { WriteBehind } from './write-behind.ts'

export interface CarFileOptions extends Omit<VerifierOptions, 'sha256' | 'hashes' | 'part'> {
  /** What of the DAG is wanted. Default: everything under the root. */
  readonly query?: DagQuery
}

function verifierOf(root: CID, { query, ...options }: CarFileOptions): CarVerifier {
  return new CarVerifier(root, { ...options, sha256, hashes, ...(query && { part: dagPart(query) }) })
}

/** A CAR that is being retrieved into a file. */
export interface CarFileSink {
  readonly verifier: CarVerifier
  readonly sink: CarSink
  close(): Promise<void>
}

const PIECE = 1 << 20

/**
 * Opens the file that a CAR is retrieved into. What a former attempt left there is checked again, and cut after its last whole block.
 *
 * @throws RetrievalError `HEADER_UNEXPECTED` where the file is something else: it is left as it is.
 * @example
 * ```ts
 * const { verifier, sink, close } = await openCarFile('film.car', root)
 * await retrieve({ provider, verifier, sink, payer, limits: { maxAmount: 1_000_000n, tokens } })
 * await close()
 * ```
 */
export async function openCarFile(path: string, root: CID, options: CarFileOptions = {}): Promise<CarFileSink> {
  const verifier = verifierOf(root, options)
  const handle = await openOrCreate(path)
  try {
    await readFormer(handle, verifier)
    await handle.truncate(verifier.verifiedBytes)
  } catch (error) {
    await handle.close()
    throw error
  }
  const writer = new WriteBehind(handle, verifier.verifiedBytes)
  const sink: CarSink = { write: (bytes) => writer.write(bytes), finish: () => writer.finish() }
  return {
    verifier,
    sink,
    close: async () => {
      // What was verified is kept, whatever ended the retrieval.
      await writer.flush().catch(() => undefined)
      await handle.close()
    },
  }
}

/** What a file holds that is a CAR whole and right. */
export interface CheckedCar {
  readonly bytes: number
  readonly blocks: number
}

/**
 * Checks that a file is the CAR of a root, whole and with nothing behind it: every block against its CID. Reads it and changes nothing.
 *
 * @returns Undefined where it is anything else.
 */
export async function checkCarFile(
  path: string,
  root: CID,
  options: CarFileOptions = {},
): Promise<CheckedCar | undefined> {
  const verifier = verifierOf(root, options)
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    await readFormer(handle, verifier)
    return verifier.isDone && verifier.verifiedBytes === size ? { bytes: size, blocks: verifier.blocks } : undefined
  } catch (error) {
    if (error instanceof RetrievalError) return undefined
    throw error
  } finally {
    await handle.close()
  }
}

/** Neither cut nor appended to: bytes are written where they belong. */
async function openOrCreate(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return open(path, 'w+')
    throw error
  })
}

/** Whatever comes after the verified beginning is cut: a crash may have left anything there. A file that begins otherwise is somebody's. */
async function readFormer(handle: FileHandle, verifier: CarVerifier): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(PIECE)
  for (let at = 0; verifier.failure === undefined && !verifier.isDone; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) break
    at += bytesRead
    try {
      verifier.write(buffer.subarray(0, bytesRead))
    } catch (error) {
      if (verifier.verifiedBytes === 0) throw error
    }
  }
  verifier.rewind()
}
