import { createECDH } from "node:crypto"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decrypt, devicePair } from "@holdfast/testkit/push-service"
import { encrypt, MESSAGE_MAX } from "../src/encryption.ts"

const bytes = (text: string): Buffer => Buffer.from(text, "base64url")

describe("encryption for a device", () => {
  it("PN-5 gives the bytes of RFC 8291, appendix A", () => {
    const pair = createECDH("prime256v1")
    pair.setPrivateKey(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    const keys = {
      p256dh: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
      auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
    }
    const message = Buffer.from("When I grow up, I want to be a watermelon")
    expect(encrypt(message, keys, bytes("DGv6ra1nlYgDCS1FRnbzlw"), pair).toString("base64url")).toBe(
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    )
  })

  it("PN-5 is undone by a device for any message, fits into what services take, and never comes out the same twice", async () => {
    const device = await devicePair()
    const keys = { p256dh: Buffer.from(device.point), auth: Buffer.from(device.auth) }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: MESSAGE_MAX }), async (message) => {
        const [one, other] = [encrypt(message, keys), encrypt(message, keys)]
        expect(Buffer.compare(one, other)).not.toBe(0)
        expect(Buffer.from(await decrypt(Uint8Array.from(one), device))).toEqual(Buffer.from(message))
      }),
      { numRuns: 50 },
    )
    expect(encrypt(Buffer.alloc(MESSAGE_MAX), keys).length).toBeLessThanOrEqual(4096)
  })
})
