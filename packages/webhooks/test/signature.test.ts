import { Webhook } from "standardwebhooks"
import { describe, expect, it } from "vitest"
import { scheduleOf } from "../src/schedule.ts"
import { makeSigningSecret, signedHeaders } from "../src/signature.ts"

describe("signatures", () => {
  it("Y-3 another implementation verifies them, with each secret that signs, and nothing that was changed", () => {
    const [one, two, other] = [makeSigningSecret(), makeSigningSecret(), makeSigningSecret()]
    const body = JSON.stringify({ type: "test", data: "\u20ac" })
    const headers = signedHeaders({ id: "evt_1", seconds: Math.floor(Date.now() / 1000), body }, [one, two])
    for (const secret of [one, two]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(other).verify(body, headers)).toThrow()
    expect(() => new Webhook(one).verify(`${body} `, headers)).toThrow()
    expect(() => new Webhook(one).verify(body, { ...headers, "webhook-id": "evt_2" })).toThrow()
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  it("Y-4 a schedule is waits in seconds", () => {
    expect(scheduleOf("5, 300,0.5")).toEqual([5, 300, 0.5])
    expect(scheduleOf("")).toEqual([])
    for (const wrong of ["x", "1,,2", "-1", "1,Infinity", Array(21).fill("1").join()]) expect(scheduleOf(wrong)).toBeUndefined()
  })
})
