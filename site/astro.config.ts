import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import starlight from '@astrojs/starlight'
import { defineConfig, passthroughImageService } from 'astro/config'
import { stagedFolder } from './src/paths.ts'

// `./run docs` builds the site: it makes what is read here first.
export default defineConfig({
  publicDir: join(stagedFolder, 'public'),
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: 'Sluice',
      description: 'State channels for Filecoin and every other EVM chain.',
      favicon: '/favicon.svg',
      customCss: ['./src/style/site.css'],
      sidebar: JSON.parse(readFileSync(join(stagedFolder, 'sidebar.json'), 'utf8')),
      pagination: false,
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
    }),
  ],
})
