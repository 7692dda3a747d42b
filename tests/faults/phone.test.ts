/** Every screen on phones of each size, and on one that lies on its side: as wide as the page, with targets for a thumb. */
import { afterAll, beforeAll, describe, it } from "vitest"
import { lookAtScreens, type PhoneApp, startPhoneApp } from "../e2e/phone-screens.ts"

const SIZES = [
  { width: 360, height: 640 },
  { width: 390, height: 844 },
  { width: 844, height: 390 },
]

describe.skipIf(process.env["HOLDFAST_FAULTS"] === "short")("the app on other phones", () => {
  let phone: PhoneApp
  beforeAll(async () => {
    phone = await startPhoneApp()
  })
  afterAll(() => phone.app.stop())

  for (const size of SIZES)
    it(`APP-89 has room and targets in every screen, ${size.width} by ${size.height}`, () => lookAtScreens(phone, size))
})
