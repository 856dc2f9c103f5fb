// Lists the extensions by clients of both documents: `node list.js URL TOKEN NAME PASSWORD`.
import createClient from "openapi-fetch";
import type { paths as Portsip } from "./portsip.js";
import type { paths as Sipxcom } from "./sipxcom.js";

declare const process: { argv: string[] };
const [baseUrl, token, name, password] = process.argv.slice(2);

const portsip = createClient<Portsip>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const extensions = await portsip.GET("/api/extensions/list");
const numbers: string[] = extensions.data!.extensions.map((one) => one.extension_number);

const headers = { Authorization: `Basic ${btoa(`${name}:${password}`)}`, Accept: "application/json" };
const sipxcom = createClient<Sipxcom>({ baseUrl, headers });
const users = await sipxcom.GET("/sipxconfig/rest/user");
const listed = users.data as Exclude<typeof users.data, string | undefined>; // as XML it is a text
const names = listed.user.users!.map((one) => one.userName);

console.log(JSON.stringify([numbers, names]));
