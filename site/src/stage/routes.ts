/** Where the site shows each page of the repository. The first that fits counts; what none fits is no page. */
const places: readonly (readonly [RegExp, string])[] = [
  [/^README\.md$/, ''],
  [/^README\.zh-CN\.md$/, 'zh-cn'],
  [/^CONTRIBUTING\.md$/, 'contributing'],
  [/^docs\/(.+)\.md$/, '$1'],
  [/^specs\/decisions\/(.+)\.md$/, 'decisions/$1'],
  [/^specs\/([^/]+)\.md$/, 'specs/$1'],
  [/^examples\/(.+)\/README\.md$/, 'examples/$1'],
  [/^examples\/README\.md$/, 'examples'],
  [/^packages\/([^/]+)\/README\.md$/, 'packages/$1'],
  [/^apps\/node\/README\.md$/, 'packages/sluice'],
  [/^(contracts|bench)\/README\.md$/, 'packages/$1'],
]

/** Folders that documents link to, and the page that lists what is in them. */
const folders: Readonly<Record<string, string>> = { 'specs/decisions': 'decisions', examples: 'examples' }

/**
 * The route of a page: `guides/buyer`, or empty for the first page.
 *
 * @param path - Of its source or of a folder, from the repository's root.
 * @returns Undefined if the site does not show it.
 */
export function routeOf(path: string): string | undefined {
  const folder = folders[path.replace(/\/$/, '')]
  if (folder !== undefined) return folder
  const [pattern, route] = places.find(([candidate]) => candidate.test(path)) ?? []
  return pattern === undefined || route === undefined ? undefined : path.replace(pattern, route)
}
