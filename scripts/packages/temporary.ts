import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new folder outside of the repository, so that nothing in it finds the repository's packages. It goes with this process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-packages-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}
