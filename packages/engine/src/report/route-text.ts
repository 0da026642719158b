import type { Route } from "../model/routing.ts";
import { printIpRoute } from "../print/ip/route.ts";

/** One line as `ip route` prints it inside the route's own table: `default via 10.1.0.254 dev eth1`. */
export function routeText(route: Route): string {
  return printIpRoute([route], { table: route.table, oneline: true }).trimEnd();
}
