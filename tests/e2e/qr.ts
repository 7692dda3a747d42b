/** Reads a QR code off a page, as a camera does: from what is painted. */
import { decodeQR } from "qr/decode.js"
import type { Page } from "./playwright.ts"

interface Painted {
  readonly width: number
  readonly height: number
  readonly data: ReadonlyArray<number>
}

/** The picture is painted again, on a canvas, whose pixels are read. */
const PIXELS = `(svg) => new Promise((resolve, reject) => {
  const copy = svg.cloneNode(true)
  copy.setAttribute("width", "300")
  copy.setAttribute("height", "300")
  const image = new Image()
  image.onerror = () => reject(new Error("the picture cannot be painted"))
  image.onload = () => {
    const canvas = document.createElement("canvas")
    canvas.width = canvas.height = 300
    const context = canvas.getContext("2d")
    context.drawImage(image, 0, 0)
    resolve({ width: 300, height: 300, data: [...context.getImageData(0, 0, 300, 300).data] })
  }
  image.src = "data:image/svg+xml;base64," + btoa(new XMLSerializer().serializeToString(copy))
})`

/** The text of the code that a page shows. */
export async function readCode(page: Page): Promise<string> {
  const { data, ...size } = (await page.evaluate(`(${PIXELS})(document.querySelector("svg[aria-label^=QR]"))`)) as Painted
  return decodeQR({ ...size, data: Uint8ClampedArray.from(data) }, { timeLimit: 5000 })
}
