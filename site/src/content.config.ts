import { join } from 'node:path'
import { docsSchema } from '@astrojs/starlight/schema'
import { defineCollection } from 'astro/content/config'
import { glob } from 'astro/loaders'
import { stagedFolder } from './paths.ts'

const loader = glob({ base: join(stagedFolder, 'pages'), pattern: '**/*.md' })

export const collections = { docs: defineCollection({ loader, schema: docsSchema() }) }
