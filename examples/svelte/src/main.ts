/** One connection, one outbox and one model for the page; components subscribe to the model's cells. */
import { connect } from "@holdfast/client"
import { HubModel } from "@holdfast/client/model"
import { openOutbox, sendOnConnection } from "@holdfast/client/outbox"
import { mount } from "svelte"
import App from "./App.svelte"

const client = connect("", { name: "svelte", ...(HOLDFAST_TOKEN === undefined ? {} : { token: HOLDFAST_TOKEN }) })
const outbox = openOutbox({ name: "svelte", send: sendOnConnection(client.connection) })
const model = new HubModel(client, { outbox: () => outbox })
model.hold()

mount(App, { target: document.getElementById("app") ?? document.body, props: { client, model, outbox } })
