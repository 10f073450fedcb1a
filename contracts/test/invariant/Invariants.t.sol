// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { Test } from "forge-std/Test.sol";
import { ISluice } from "../../src/interfaces/ISluice.sol";
import { Token } from "../mocks/Token.sol";
import { Handler } from "./Handler.sol";

/// @notice What holds whatever anybody does. All is looked at after every call.
abstract contract Invariants is Test {
    ISluice private sluice;
    Token private token;
    Handler private handler;

    function start(uint32 window) internal {
        vm.warp(1_000_000);
        sluice = ISluice(deployCode("Sluice.sol:Sluice"));
        token = new Token();
        handler = new Handler(sluice, token, window);
        targetContract(address(handler));
    }

    function invariant_everythingIsAsTheModelSays() public view {
        // every call succeeded or failed as foretold, and nothing worked twice
        assertFalse(handler.broken(), handler.why());
        // conservation: what is held is what is owed, and what came in is what is held or was paid
        assertEq(address(sluice).balance, handler.heldFor(0));
        assertEq(token.balanceOf(address(sluice)), handler.heldFor(1));
        assertEq(handler.moneyIn(0) + handler.moneyIn(1), handler.heldBack() + handler.dueIn(0) + handler.dueIn(1));
        // everybody has exactly what the protocol's rules give it
        assertTrue(handler.allPaid(), "paid");
        assertTrue(handler.virtualsAgree(), "virtual channels");
    }
}

/// @notice Long windows: many vouchers, deposits and withdrawals before a settlement.
contract LongWindowInvariantsTest is Invariants {
    function setUp() public {
        start(200);
    }
}

/// @notice Short windows: many settlements, unlocks and final virtual channels.
contract ShortWindowInvariantsTest is Invariants {
    function setUp() public {
        start(30);
    }
}
