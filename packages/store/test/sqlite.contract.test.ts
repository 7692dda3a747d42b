import { storeContract } from "../src/contract/store-contract.ts"
import { sqlitePlace } from "./sqlite-place.ts"

storeContract({ name: "SQLite store", lasts: true, place: () => sqlitePlace({ durability: "process" }) })
