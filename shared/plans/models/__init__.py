"""Plans and what becomes of them: the document with its tree, and the tasks that units work on."""

from shared.plans.models.plan import Campaign, Plan, PlanComment, PlanItem, PlanVersion
from shared.plans.models.task import Task, TaskHelper, TaskNote

__all__ = ["Campaign", "Plan", "PlanComment", "PlanItem", "PlanVersion", "Task", "TaskHelper", "TaskNote"]
