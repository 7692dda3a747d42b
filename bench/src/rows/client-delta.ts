/**
 * What a text delta costs a client: from the bytes of its frame to the message that is shown, and to the cell that a component reads.
 */
import { figure, startStation } from "../process/station.ts"
import { ofLimit, ofPeer, value, type Contestant, type Figures, type Row } from "../row.ts"

const PEER = "AI SDK's client"

/** Turns that bring a client to its working speed. */
const WARM = 40

const reader = (name: string, program: URL): Contestant => ({
  name,
  open: async (place) => {
    const station = startStation(program)
    const run = async (turns: number): Promise<Figures> => {
      const costs = await station.call("run", { turns })
      return { view: figure(costs, "view"), cell: figure(costs, "cell") }
    }
    await run(WARM)
    return { measure: () => run(place.size(100, 30)), close: station.end }
  },
})

/** The row. */
export const CLIENT_DELTA: Row = {
  id: "client-delta",
  title: "client's CPU for a text delta",
  figures: [
    { id: "view", title: "frame to message", unit: "µs", better: "less", goals: [ofLimit(6, 3), ofPeer(PEER, 1)] },
    { id: "cell", title: "frame to a component's cell", unit: "µs", better: "less", goals: [value(20), ofPeer(PEER, 1)] },
  ],
  ours: reader("holdfast", new URL("../ours/delta-client.ts", import.meta.url)),
  limit: reader("JSON.parse and a string", new URL("../limit/plain-deltas.ts", import.meta.url)),
  peers: [reader(PEER, new URL("../peer/ai-sdk-deltas.ts", import.meta.url))],
}
