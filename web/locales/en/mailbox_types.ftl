# Staff’s pages about types of users.

types-title = User types
types-text = What kinds of users tenants can have licences of, in the order in which they are shown.
types-add = Add user type
types-edit = Name and terms
types-update = Update user type
types-name = Name of the type
types-name-hint = Customers read it as the account type of their users.
types-most = Largest quota
types-most-hint = What one user of this type can have at most. Empty: as much as the tenant has bought. A smaller number leaves the quotas that users have.
types-unbounded = No bound
types-position = Position
types-position-hint = Small numbers stand first in lists, and are chosen first.
types-licensed = Licences
types-used = In use
types-offered = Offered
types-withdrawn = Withdrawn
types-withdraw = Withdraw user type
types-withdraw-text = No tenant can get more licences of this type. Tenants keep the licences they have, and may use them.
types-offer = Offer it again
types-offer-text = Tenants can get licences of this type again.

done-type-added = The user type is added. Tenants get licences of it on their own pages.
done-type-withdrawn = The user type is withdrawn.
done-type-offered = The user type is offered again.
