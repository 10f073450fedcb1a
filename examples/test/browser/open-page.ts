import { chromium, type Page } from 'playwright-core'

/** A page in a Chromium of its own. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page
  /** What the page complained about so far. */
  readonly complaints: readonly string[]
}

/** Opens a page in the Chromium that SLUICE_CHROMIUM names, or in Debian's, without a window. */
export async function openPage(url: string): Promise<OpenPage> {
  const browser = await chromium.launch({
    executablePath: process.env.SLUICE_CHROMIUM ?? '/usr/bin/chromium',
    // Containers run as root, for whom Chromium does not sandbox; the page is ours.
    chromiumSandbox: process.getuid?.() !== 0,
    // Films play though nobody has clicked yet.
    args: ['--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required'],
  })
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(url)
  return { page, complaints, [Symbol.asyncDispose]: () => browser.close() }
}
