/** Content-Disposition of a file to be saved: its name in ASCII, and where that is not the whole of it, in UTF-8 (RFC 6266). */
export function attachment(name: string): string {
  const base = name.replace(/[/\\]/g, '_')
  const ascii = base.replace(/[^\x20-\x7e]|["%]/gu, '_')
  const utf8 = encodeURIComponent(base).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
