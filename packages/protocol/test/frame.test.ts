import fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as frame from "../src/frame.ts"

describe("frames", () => {
  it("W-2 every frame is read back as it was made", () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const { decodeClientFrame: client, decodeServerFrame: server } = frame
    expect(client(frame.encodeInput(4, 9, bytes))).toEqual({ type: frame.FRAME_INPUT, handle: 4, number: 9, bytes })
    expect(client(frame.encodeAck(4, 2 ** 40))).toEqual({ type: frame.FRAME_ACK, handle: 4, seq: 2 ** 40 })
    expect(client(frame.encodeResize(4, 80, 24))).toEqual({ type: frame.FRAME_RESIZE, handle: 4, cols: 80, rows: 24 })
    expect(client(frame.encodePing(5))).toEqual({ type: frame.FRAME_PING, time: 5 })
    expect(server(frame.encodeEvents(4, [bytes, bytes]))).toEqual({
      type: frame.FRAME_EVENTS,
      handle: 4,
      records: Uint8Array.of(1, 2, 3, 1, 2, 3),
    })
    expect(server(frame.encodeSnapshot(4, 7, { reason: "fresh", cols: 80, rows: 24 }, bytes))).toEqual({
      type: frame.FRAME_SNAPSHOT,
      handle: 4,
      seq: 7,
      head: { reason: "fresh", cols: 80, rows: 24 },
      screen: bytes,
    })
    expect(server(frame.encodeSynced(4, 7))).toEqual({ type: frame.FRAME_SYNCED, handle: 4, seq: 7 })
    expect(server(frame.encodeInputResult(4, 7))).toEqual({ type: frame.FRAME_INPUT_RESULT, handle: 4, number: 7 })
    const error = { tag: "Busy", message: "wait", retryAfter: 1 }
    expect(server(frame.encodeInputResult(4, 7, error))).toEqual({ type: frame.FRAME_INPUT_RESULT, handle: 4, number: 7, error })
    expect(server(frame.encodeDetached(4, "purged"))).toEqual({ type: frame.FRAME_DETACHED, handle: 4, reason: "purged" })
    const heads = [
      { handle: 1, seq: 2 },
      { handle: 3, seq: 4 },
    ]
    expect(server(frame.encodeHeartbeat(5, heads))).toEqual({ type: frame.FRAME_HEARTBEAT, time: 5, heads })
    expect(server(frame.encodeHeartbeat(5, []))).toEqual({ type: frame.FRAME_HEARTBEAT, time: 5, heads: [] })
    expect(server(frame.encodeViewers(4, { viewers: [] }))).toEqual({
      type: frame.FRAME_VIEWERS,
      handle: 4,
      viewers: { viewers: [] },
    })
    expect(server(frame.encodeFeed(3, [], true))).toEqual({ type: frame.FRAME_FEED, change: 3, sessions: [], synced: true })
  })

  it("check:B1 any bytes from a client are a frame or a FrameMalformed, nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          frame.decodeClientFrame(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(frame.FrameMalformed)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
