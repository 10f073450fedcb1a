// Takes one sample out of its file, with what it needs of the file: imports and declarations.

import { readFileSync } from 'node:fs'

/** The program of a page. @throws Error if the file has no such declaration. */
export function sampleOf(file: string, name: string): string {
  return takeSample(readFileSync(new URL(`samples/${file}.ts`, import.meta.url), 'utf8'), name)
}

/** The declaration of that name, those of the file that it uses, and what they import. */
export function takeSample(text: string, name: string): string {
  const blocks = text.split(/\n\n(?=\/\*\*|export|const|function|interface|type)/)
  const imports = Array.from(text.matchAll(/^import [\s\S]*? from '[^']+'$/gm), ([statement]) => statement)
  const declared = new Map(blocks.flatMap((block) => nameOf(block).map((own) => [own, block.trim()] as const)))
  const wanted = new Set([name])
  for (const own of wanted) {
    const block = declared.get(own)
    if (block === undefined) throw new Error(`there is no sample ${own}`)
    for (const other of declared.keys()) if (uses(block, other)) wanted.add(other)
  }
  const kept = [...declared].flatMap(([own, block]) => (wanted.has(own) ? [block] : []))
  const needed = imports.flatMap((statement) => narrowed(statement, kept.join('\n')))
  return [needed.join('\n'), ...kept].join('\n\n')
}

function nameOf(block: string): string[] {
  const found = /^(?:export )?(?:async )?(?:function|const|type|interface) (\w+)/m.exec(block)?.[1]
  return found === undefined ? [] : [found]
}

// Other than as a property's name, or in a text.
const uses = (code: string, name: string): boolean => new RegExp(`(?<![\\w$.'])${name}(?![\\w$'])(?!:)`).test(code)

function narrowed(statement: string, code: string): string[] {
  const [, typeOnly = '', list = '', from = ''] = /^import (type )?\{([\s\S]*)\} from '([^']+)'$/.exec(statement) ?? []
  const names = list.split(',').map((entry) => entry.trim())
  const kept = names.filter((entry) => entry !== '' && uses(code, entry.replace(/^type /, '')))
  if (kept.length === 0) return []
  const line = `import ${typeOnly}{ ${kept.join(', ')} } from '${from}'`
  return [line.length <= 120 ? line : `import ${typeOnly}{\n  ${kept.join(',\n  ')},\n} from '${from}'`]
}
