"""Django's admin classes with their models named; Django 5.2 knows them only as annotations."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm

from lostfound.models import AccessLog, Notification, Photo, Post, PostEvent, User
from lostfound.models.coded import CodedModel

if TYPE_CHECKING:
    NamedModelAdmin = admin.ModelAdmin[CodedModel]
    LookModelAdmin = admin.ModelAdmin[AccessLog]
    NotificationModelAdmin = admin.ModelAdmin[Notification]
    PostModelAdmin = admin.ModelAdmin[Post]
    PhotoTabularInline = admin.TabularInline[Photo, Post]
    EventTabularInline = admin.TabularInline[PostEvent, Post]
    PostInlineFormSet = forms.BaseInlineFormSet[Any, Post, Any]
    PostModelForm = forms.ModelForm[Post]
    PersonChangeForm = UserChangeForm[User]
    UserModelAdmin = UserAdmin[User]
else:
    LookModelAdmin = NamedModelAdmin = NotificationModelAdmin = PostModelAdmin = admin.ModelAdmin
    PhotoTabularInline = EventTabularInline = admin.TabularInline
    PostInlineFormSet = forms.BaseInlineFormSet
    PostModelForm = forms.ModelForm
    PersonChangeForm = UserChangeForm
    UserModelAdmin = UserAdmin
