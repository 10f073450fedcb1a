import { join } from 'node:path'

/** The folder of this workspace. Absolute, as all of these. */
export const siteFolder = join(import.meta.dirname, '..')

/** The repository's folder. */
export const root = join(siteFolder, '..')

/** What Astro reads: the pages as it wants them, made from the repository's. */
export const stagedFolder = join(siteFolder, '.staged')

/** The site as it is served. */
export const builtFolder = join(siteFolder, 'dist')
