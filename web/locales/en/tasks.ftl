# What customers ask of staff: staff’s pages, and the Admin Panel’s side.

menu-tasks = Requests
tasks-title = Requests
tasks-text = What customers ask of you. Each waits until somebody accepts or declines it.
tasks-open = Show the requests
tasks-waiting = { $n ->
    [one] A request is waiting
   *[other] { $n } requests are waiting
}
tasks-waiting-text = A customer has asked for something and waits for the answer.
tasks-tab-open = Waiting
tasks-tab-closed = Answered
tasks-none-title = Nothing is waiting
tasks-none-text = Requests of customers show up here.
tasks-none-closed = Nothing was answered yet

task-unlimited = Unlimited creation for { $login }
task-what = Request
task-request = Request
task-tenant = Tenant
task-login = Sub-Admin for the API
task-for = What it is for
task-asked-by = Asked by
task-asked-at = Asked
task-closed-by = Answered by
task-closed-at = Answered
task-answer = Answer
task-status-open = Waiting
task-status-done = Accepted
task-status-declined = Declined
task-accept = Accept
task-accept-text = From then on this program may add users beyond what the tenant has bought. You can take it back on the page of the login.
task-decline = Decline
task-decline-text = The main Admin of the tenant reads your answer.

unlimited-title = Unlimited creation
unlimited-is = This program may add users beyond what was bought; the limits of storage and domains hold. Your provider has allowed it.
unlimited-is-not = This program may add users within what was bought, like everybody else.
unlimited-ask = Ask for unlimited creation
unlimited-ask-text = Your provider can let this program add users beyond what was bought, for example because your own billing counts them. Say what it is for; the answer stands on the page of this Sub-Admin.
unlimited-for = What it is for
unlimited-for-hint = For example which system uses it, and about how many users it will add.
unlimited-send = Send the request
unlimited-waits = Asked on { $at }, not answered yet
unlimited-waits-text = What it is for: { $text }
unlimited-declined = Your provider declined what you asked on { $at }

done-unlimited-asked = Your provider has got the request.
done-task-accepted = The limits are lifted for this program.
done-task-declined = The request is declined. The main Admin reads your answer.
