/** Pictures of the guide: small enough to be read in a repository, written by the runs that look at every state. */
import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { AppPage } from "../app.ts"

/** Where they are. */
export const GUIDE_PICTURES = fileURLToPath(new URL("../../../docs/guide/pictures/", import.meta.url))

/** Sizes and qualities, the best first. */
const SIZES = [
  [1, 85],
  [1, 70],
  [1, 55],
  [0.8, 70],
  [0.8, 55],
  [0.7, 55],
] as const

/** Most bytes of a picture. */
export const PICTURE_MAX = 60 * 1024

/** Writes what the page shows as WebP, as good as fits; nothing unless `npm run pictures` asks for the guide's. */
export async function guidePicture({ page, context }: AppPage, name: string): Promise<void> {
  if (process.env["HOLDFAST_GUIDE"] !== "1") return
  mkdirSync(GUIDE_PICTURES, { recursive: true })
  const tools = await context.newCDPSession(page)
  const [width, height] = (await page.evaluate("[innerWidth, innerHeight]")) as readonly [number, number]
  for (const [scale, quality] of SIZES) {
    const clip = { x: 0, y: 0, width, height, scale }
    const shot = (await tools.send("Page.captureScreenshot", { format: "webp", quality, clip })) as { readonly data: string }
    const bytes = Buffer.from(shot.data, "base64")
    if (bytes.length > PICTURE_MAX) continue
    writeFileSync(`${GUIDE_PICTURES}${name}.webp`, bytes)
    return
  }
  throw new Error(`the picture ${name} does not fit into ${PICTURE_MAX} bytes`)
}
