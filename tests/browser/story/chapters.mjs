// The story in order: title, whose window is shown when it fails, what happens.

import * as customer from "./customer.mjs";
import * as florist from "./florist.mjs";
import * as looks from "./looks.mjs";
import * as provider from "./provider.mjs";
import * as reader from "./reader.mjs";
import * as scriptless from "./scriptless.mjs";

export const chapters = [
  ["staff signs in with the keyboard alone", "provider", provider.signsInByKeyboard],
  ["staff adds a customer with limits and invites its main Admin", "provider", provider.addsCustomer],
  ["the main Admin follows the link in the invitation, chooses a password and signs in", "customer", customer.followsInvitation],
  ["the main Admin adds a domain, copies and publishes its record and verifies it", "customer", customer.verifiesDomain],
  ["the main Admin adds a user by invitation and one with a password", "customer", customer.addsUsers],
  ["a username that is taken is refused and says by what", "customer", customer.meetsTakenName],
  ["one user too many is refused and says why", "customer", customer.meetsLimit],
  ["the main Admin adds an alias, which cannot have the name of a user", "customer", customer.addsAlias],
  ["a long list is searched, filtered and paged through", "florist", florist.searchesList],
  ["a user is edited, disabled and enabled again", "florist", florist.editsUser],
  ["a one-time password is shown once", "florist", florist.resetsPassword],
  ["the user must choose a password first, reads how to set up a mail program, and signs out for good", "reader", reader.signsIn],
  ["a user is removed only when its address is typed", "florist", florist.removesUser],
  ["the Account History tells all of it", "florist", florist.readsHistory],
  ["the remaining pages are whole", "florist", looks.remainingPages],
  ["the theme can be chosen and stays", "florist", looks.choosesTheme],
  ["on a phone the menu opens and closes", "florist", looks.opensPhoneMenu],
  ["the first press of the tabulator offers to skip to the content", "florist", looks.skipsToContent],
  ["without scripts a user is added and removed", "florist", scriptless.addsAndRemovesUser],
  ["staff suspends the customer and lets it in again", "provider", provider.suspends],
];
