import type { Route } from "../model/routing.ts";
import { remembered } from "./remembered.ts";
import { printIpRoute } from "../print/ip/route.ts";

/** One line as `ip route` prints it inside the route's own table: `default via 10.1.0.254 dev eth1`. */
export const routeText: (route: Route) => string = remembered((route) =>
  printIpRoute([route], { table: route.table, oneline: true }).trimEnd(),
);
