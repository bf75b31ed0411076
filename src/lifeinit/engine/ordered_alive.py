"""The machine of a plan that has both `after` and `alive`."""

from lifeinit.engine.alive import AliveMachine, WatchedApp
from lifeinit.engine.ordering import OrderedApp, OrderedMachine


class OrderedWatchedApp(OrderedApp, WatchedApp):
    """Started and stopped in order, and watched."""


class OrderedAliveMachine(OrderedMachine, AliveMachine):
    """Both tables at once: they have no cell in common."""

    app: OrderedWatchedApp

    def _new_app(self) -> OrderedWatchedApp:
        return OrderedWatchedApp(self.plan)
