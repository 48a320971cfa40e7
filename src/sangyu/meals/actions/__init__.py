"""Verbs of meals, cut by what they do: sell and close, set prices and menus, keep what diners say."""

from sangyu.meals.actions.kitchen import Cooked, name_sponsor, publish_menu, rate, set_prices
from sangyu.meals.actions.selling import close_day, quote, refund, sell

__all__ = ["Cooked", "close_day", "name_sponsor", "publish_menu", "quote", "rate", "refund", "sell", "set_prices"]
