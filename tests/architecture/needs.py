"""Which deed opens each route of the API.

The guards are compared with this table, so that a route cannot be opened wider in passing:
whoever changes a guard changes a line here, where it is read. `open` needs nobody, `member`
whoever has signed in. Addresses begin with /api/v1, but for those of the tiles.
"""

NEEDS = {
    "open": """
        POST /activations
        OPTIONS /media
        GET /oidc
        GET /oidc/callback
        GET /oidc/start
        GET /receipts/public-key
        GET /rule-sets/schema
        POST /sessions
    """,
    "member": """
        GET /calendar
        GET /checklists
        GET /devices
        POST /devices/{device_id}:revoke
        POST /flags/{flag_id}:appeal
        GET /handovers/preview
        POST /handovers/{handover_id}:accept
        GET /home
        GET /issues
        GET /issues/{issue_id}
        POST /issues/{issue_id}/actions
        GET /me
        GET /me/export
        PUT /me/password
        POST /me/second-factor
        POST /me/second-factor:confirm
        POST /me/second-factor:remove
        POST /media
        HEAD /media/uploads/{upload_id}
        PATCH /media/uploads/{upload_id}
        GET /media/{sha256}
        GET /media/{sha256}/thumb
        GET /media/{sha256}/watermarked
        GET /my-day
        GET /my-flags
        GET /my-edits
        GET /my-month
        GET /patrols/{patrol_id}/track
        GET /photos
        GET /rule-sets
        DELETE /sessions/current
        POST /sessions/current:rotate
        GET /sync/health
        POST /sync/health
        GET /sync/pull
        POST /sync/pull
        POST /sync/push
        GET /trace/{kind}/{subject_id}
    """,
    "access_token.manage": """
        GET /access-tokens
        POST /access-tokens
        POST /access-tokens/{token_id}:revoke
    """,
    "account.manage": """
        GET /accounts
        POST /accounts/{login}:disable
        POST /accounts/{login}:enable
        POST /accounts/{login}:renew_code
        POST /accounts/{login}:reset_second_factor
    """,
    "audit.read": """
        GET /audit
    """,
    "audit.verify": """
        GET /audit/anchors
        GET /audit/verify
    """,
    "certificate.keep": """
        POST /certificates
        POST /certificates/{certificate_id}:withdraw
    """,
    "conflict.settle": """
        GET /conflicts
        POST /conflicts/{conflict_id}:settle
    """,
    "day.close": """
        PUT /day-closes/{day_close_id}
    """,
    "device.manage": """
        GET /phones
    """,
    "dispatch.prepare": """
        POST /monthly-dispatches/{dispatch_id}:minutes
    """,
    "dispatch.read": """
        GET /dispatch-orders
        GET /monthly-dispatches
        GET /monthly-dispatches/{dispatch_id}
    """,
    "dispatch.sign": """
        POST /monthly-dispatches/{dispatch_id}:sign
    """,
    "duty.appoint": """
        POST /duties
        POST /duties/{duty_id}:end
    """,
    "duty.hand_over": """
        POST /duties:hand_over
    """,
    "enterprise.export": """
        GET /enterprises/export.csv
        GET /enterprises/export.xlsx
    """,
    "enterprise.import": """
        POST /enterprises:import
    """,
    "enterprise.keep": """
        POST /enterprises
        GET /enterprises/duplicates
        PATCH /enterprises/{enterprise_id}
        GET /enterprises/{enterprise_id}/candidates
        POST /enterprises/{enterprise_id}:approve
        POST /enterprises/{enterprise_id}:close
        POST /enterprises/{enterprise_id}:keep_apart
        POST /enterprises/{enterprise_id}:merge
        POST /enterprises/{enterprise_id}:reopen
    """,
    "enterprise.propose": """
        PUT /enterprise-proposals/{enterprise_proposal_id}
    """,
    "enterprise.read": """
        GET /enterprises
        GET /enterprises/tally
        GET /enterprises/{enterprise_id}
        GET /enterprises/{enterprise_id}/file
    """,
    "fact.edit": """
        PUT /edits/{edit_id}
    """,
    "field.read": """
        GET /colleagues
        GET /coverage-debt
        GET /coverage-debt/records
        GET /coverage-debt/totals
        GET /day-closes
        GET /due-visits
        GET /grids
        GET /grids/outline
        GET /grids/states
        GET /grids/{grid_id}
        GET /grids:locate
        GET /inspections
        GET /marks
        GET /patrols
        GET /tiles/{layer}/{z}/{x}/{y}.mvt
        GET /turns
    """,
    "flag.read": """
        GET /flags
        GET /flags/{record_kind}/{record_id}
    """,
    "flag.review": """
        POST /flags/{flag_id}:review
    """,
    "inspection.formal": """
        GET /inspections/formal
    """,
    "inspection.register": """
        PUT /inspections/{inspection_id}
    """,
    "issue.report": """
        PUT /issues/{issue_id}
    """,
    "leave.record": """
        GET /leaves
        POST /leaves
        POST /leaves/{leave_id}:cancel
    """,
    "mark.set": """
        POST /marks
        POST /marks/{mark_id}:end
    """,
    "order.issue": """
        POST /dispatch-orders
    """,
    "order.reply": """
        POST /dispatch-orders/{order_id}:reply
    """,
    "patrol.walk": """
        PUT /patrol-ends/{patrol_end_id}
        PUT /patrols/{patrol_id}
        PUT /patrols/{patrol_id}/track/{seq}
    """,
    "penalty.record": """
        POST /enterprises/{enterprise_id}/penalties
        POST /enterprises/{enterprise_id}/penalties/{penalty_id}:withdraw
    """,
    "phone.read": """
        GET /phone-states
        GET /sync/missing-media
    """,
    "quarantine.read": """
        GET /quarantine
    """,
    "quarantine.settle": """
        POST /quarantine/{aside_id}:dismiss
        POST /quarantine/{aside_id}:retry
    """,
    "queue.import": """
        POST /sync/import
    """,
    "receiver.trust": """
        GET /trusted-receivers
        POST /trusted-receivers
        POST /trusted-receivers/{receiver_id}:end
    """,
    "roster.export": """
        GET /people/export.csv
        GET /people/export.xlsx
    """,
    "roster.import": """
        POST /people:import
    """,
    "roster.read": """
        GET /certificates
        GET /duties
        GET /duties/gaps
        GET /duties/timeline
        GET /handovers
        GET /people
        GET /responsibility
        GET /search
        GET /units
    """,
    "rules.change": """
        DELETE /calendar/{day}
        PUT /calendar/{day}
        POST /checklists
        POST /rule-sets
        DELETE /rule-sets/{rule_set_id}
        POST /rule-sets:preview
    """,
    "summary.accept": """
        POST /weekly-summaries/{summary_id}:accept
        POST /weekly-summaries/{summary_id}:return
    """,
    "summary.read": """
        GET /weekly-summaries
        GET /weekly-summaries/{summary_id}
        GET /weekly-summaries/{summary_id}/records
        GET /weekly-summaries/{summary_id}/supplement
    """,
    "summary.sign": """
        POST /weekly-summaries/{summary_id}:remark
        POST /weekly-summaries/{summary_id}:sign
    """,
    "turn.give": """
        POST /turns
        POST /turns/{turn_id}:end
    """,
}
