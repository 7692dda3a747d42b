/**
 * The HTTP routes for a person's devices as typed functions (docs/protocol/rules.md, G-23, G-24).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { PairingMade, PairingReport, PairRequest, TokenShown } from "@holdfast/protocol/http-bodies"
import type { CallOptions } from "../signals.ts"
import { operationCalls } from "./call.ts"
import type { HttpOptions } from "./request.ts"

/** The routes, called with the given options, such as `http` of a client. */
export function makeDeviceApi(options: HttpOptions) {
  const { call } = operationCalls(options)
  return {
    /** A link that signs a device of the owner's in once. */
    pair: (request: PairRequest = {}, how?: CallOptions): Promise<PairingMade> =>
      call<"devices.pair">("POST /api/devices", request, how),
    /** What has become of a link; `wait` is how many seconds to wait for a device, at most 45. */
    paired: (pairing: string, wait = 0, how?: CallOptions): Promise<PairingReport> =>
      call<"devices.paired">("GET /api/devices/:pairing", { pairing, wait }, how),
    /** Signs this browser, or this paired device, out: whoever has a copy of its key has nothing. `Unprocessable` for a token. */
    signOut: (how?: CallOptions): Promise<{ readonly ended: boolean }> => call<"signIn.end">("DELETE /api/sign-in", {}, how),
    /** Gives a device, or a token of a program, another name. */
    rename: (tokenId: string, name: string, how?: CallOptions): Promise<TokenShown> =>
      call<"tokens.rename">("PATCH /api/tokens/:tokenId", { tokenId, name }, how),
  }
}

/** The routes for devices. */
export type DeviceApi = ReturnType<typeof makeDeviceApi>
