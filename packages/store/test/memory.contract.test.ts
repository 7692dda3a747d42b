import { storeContract } from "../src/contract/store-contract.ts"
import * as MemoryStore from "../src/memory/MemoryStore.ts"

storeContract({
  name: "memory store",
  lasts: false,
  place: async () => ({ layer: MemoryStore.layer, remove: async () => undefined }),
})
