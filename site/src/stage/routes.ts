/** Where the site shows each page of the repository. The first that fits counts; what none fits is no page. */
const places: readonly (readonly [RegExp, string])[] = [
  [/^README\.md$/, 'overview'],
  [/^README\.zh-CN\.md$/, 'zh-cn'],
  [/^CONTRIBUTING\.md$/, 'contributing'],
  [/^docs\/(.+)\/README\.md$/, '$1'],
  [/^docs\/(.+)\.md$/, '$1'],
  [/^specs\/decisions\/README\.md$/, 'decisions'],
  [/^specs\/decisions\/(.+)\.md$/, 'decisions/$1'],
  [/^specs\/([^/]+)\.md$/, 'specs/$1'],
  [/^examples\/(.+)\/README\.md$/, 'examples/$1'],
  [/^examples\/README\.md$/, 'examples'],
  [/^packages\/([^/]+)\/README\.md$/, 'packages/$1'],
  [/^apps\/node\/README\.md$/, 'packages/sluice'],
  [/^(contracts|bench)\/README\.md$/, 'packages/$1'],
]

/** A folder that documents link to stands for the page that lists what is in it. */
const README = 'README.md'

/**
 * The route of a page, such as `guides/buyer`.
 *
 * @param path - Of its source or of a folder, from the repository's root.
 * @returns Undefined if the site does not show it.
 */
export function routeOf(path: string): string | undefined {
  const document = path.endsWith('.md') ? path : `${path.replace(/\/$/, '')}/${README}`
  const [pattern, route] = places.find(([candidate]) => candidate.test(document)) ?? []
  return pattern === undefined || route === undefined ? undefined : document.replace(pattern, route)
}
